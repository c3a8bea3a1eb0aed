// SPDX-License-Identifier: Apache-2.0

// Command failpoints writes docs/failpoints.md from the calls of chains/failpoint and the comments
// beside them. With -check it compares instead, and it always refuses a name that stands twice or has no
// comment, and a durable write in the listed packages without a failpoint before it.
package main
