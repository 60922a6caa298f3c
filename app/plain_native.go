//go:build !js

package app

import "hubbub/shared/tokens"

func plain(name string) string { return tokens.Plain(name) }
