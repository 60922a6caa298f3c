// Package e2e holds the end-to-end tests: the real binary, a real Chromium,
// and people who use both. They need the build tag "e2e" and a built web/built;
// `make test` sees to both.
package e2e
