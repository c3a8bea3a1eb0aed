// SPDX-License-Identifier: Apache-2.0

// Package store keeps one stream: Badger on disk and Memory for tests and small tools, both
// behind stream.Store.
//
// Read Open and Memory first. The store is a cache of what the chain says: deleting it costs
// time, never safety. It refuses files of another schema or another stream, decodes strictly,
// and syncs every Commit to disk before it returns. Badger may be imported here only.
package store
