// Package faultproxy is a TCP proxy that does to connections what networks do:
// it cuts and resets them, slices and delays what they carry, and swallows it.
package faultproxy
