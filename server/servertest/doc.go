// Package servertest holds the suites that every implementation of the
// server's interfaces must pass: the ones in this repository, and an
// embedder's own.
package servertest
