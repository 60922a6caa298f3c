// Package server is the chat server as a library: New returns an http.Handler.
// It decides who may do what, keeps each room's log through a Store, and
// delivers events to every connection exactly in log order.
//
// The path of a message: conn reads a frame, chat authorises it and stores it,
// the Broker tells every node, each node's hub appends the encoded event to the
// room's tail, and the hub's workers write to every connection what lies after
// its position.
//
// It draws no screens: what people see comes from Pages, which the app
// implements. It imports no driver: databases and brokers stay behind Store and
// Broker.
package server
