// Package client is the sync engine: it keeps one connection to a server,
// resumes after every loss, holds the logs of the rooms being read and the
// outbox of what is not yet acknowledged. The browser app, bots, load and
// torture tools and tests all use it; it knows nothing of screens.
package client
