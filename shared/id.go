package shared

import (
	"crypto/rand"
	"strings"
)

// NewID returns a random identifier for a user, a room, a message's key or a
// row: 16 characters of a–z and 2–7, 80 bits.
func NewID() string { return strings.ToLower(rand.Text()[:16]) }

// NewSecret returns a secret that cannot be guessed: 52 characters, 256 bits.
func NewSecret() string { return strings.ToLower(rand.Text() + rand.Text()) }
