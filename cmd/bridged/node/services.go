// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// stopTimeout bounds the stop of one service.
const stopTimeout = 10 * time.Second

// service is one part of the process. start returns when it runs; stop when it does not.
type service struct {
	name  string
	start func() error
	stop  func(context.Context) error
}

// background makes a service of a blocking run. A run that ends by itself reports to failed.
func background(name string, failed chan<- error, run func(context.Context) error) service {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	return service{
		name: name,
		start: func() error {
			go func() {
				defer close(done)
				err := run(ctx)
				if err != nil && ctx.Err() == nil {
					report(failed, fmt.Errorf("%s: %w", name, err))
				}
			}()
			return nil
		},
		stop: func(wait context.Context) error {
			cancel()
			select {
			case <-done:
				return nil
			case <-wait.Done():
				return wait.Err()
			}
		},
	}
}

// runAll starts the services in order, waits until ctx ends or one fails, and stops those
// that were started in reverse order.
func runAll(ctx context.Context, list []service, failed <-chan error, logger *slog.Logger, ready func()) error {
	var err error
	n := 0
	for ; n < len(list) && err == nil && ctx.Err() == nil; n++ {
		if err = list[n].start(); err != nil {
			err = fmt.Errorf("start %s: %w", list[n].name, err)
			select {
			case cause := <-failed: // what a library between us has told by its text alone
				err = errors.Join(err, cause)
			default:
			}
			break
		}
	}
	if err == nil && ctx.Err() == nil {
		if ready != nil {
			ready()
		}
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
	}
	errs := []error{err}
	for n--; n >= 0; n-- {
		wait, cancel := context.WithTimeout(context.Background(), stopTimeout)
		if e := list[n].stop(wait); e != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", list[n].name, e))
		}
		cancel()
		logger.Debug("stopped", "service", list[n].name)
	}
	return errors.Join(errs...)
}
