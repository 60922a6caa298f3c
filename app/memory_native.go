//go:build !js

package app

import (
	"hubbub/app/client"
	"hubbub/shared"
)

// The server keeps nothing in a browser.

func keepHere(*client.Options, shared.View) {}

func remember(*shared.View, *client.Options) bool { return false }

func forgetHere(shared.UserID) {}
