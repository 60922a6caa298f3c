// Package disktest makes disks that fail, for tests: they fill up, lose power,
// or forget what they were given. It needs Linux and root, and skips the test
// where these are missing.
package disktest
