// Package app is the screen: go-app components that the server draws for the
// first paint and the browser draws from then on, from the same shared.View.
//
// It shows what a client.Client knows and hands on what people do. It holds no
// truth of its own: what must not be lost is the client's or the server's.
package app
