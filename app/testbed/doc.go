// Package testbed starts a Hubbub of its own and fills it with people, for the
// tools that try how much it stands.
package testbed
