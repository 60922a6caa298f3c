package shared

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// NewDevice has the browser behind this session notified of pushes, by Web
// Push. It is what a browser's PushSubscription is as JSON.
type NewDevice struct {
	Endpoint string     `json:"endpoint"` // of the browser maker's push service
	Keys     DeviceKeys `json:"keys"`
}

// DeviceKeys is what a notice is encrypted with (RFC 8291), in base64url.
type DeviceKeys struct {
	P256dh string `json:"p256dh"`
	Auth   string `json:"auth"`
}

// Device is one that is notified. It ends with the session that it was made in.
type Device struct {
	ID   string `json:"id"`             // as receipts name it
	Name string `json:"name"`           // in words: "Firefox on Linux"
	Here bool   `json:"here,omitempty"` // it is this session's
}

// Devices is the reply to the command devices.
type Devices struct {
	// Key is what browsers subscribe with (RFC 8292), in base64url. Without it
	// this server notifies no devices.
	Key     string   `json:"key,omitempty"`
	Devices []Device `json:"devices"`
}

// DeviceRef names a device.
type DeviceRef struct {
	ID string `json:"id"`
}

// SelfPush asks for a push to oneself, to try whether it arrives. Everybody may.
type SelfPush struct {
	Message string `json:"message,omitempty"` // some sentence when empty
}

// Validate reports what is wrong with d, or nil.
func (d NewDevice) Validate() error {
	u, err := url.Parse(d.Endpoint)
	if err != nil || len(d.Endpoint) > MaxURL || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return Invalidf("endpoint", "the endpoint must be the https address that the browser gave")
	}
	if key, err := decodeKey(d.Keys.P256dh); err != nil || len(key) != 65 {
		return Invalidf("keys", "keys.p256dh must be a public key: 65 bytes in base64url")
	}
	if auth, err := decodeKey(d.Keys.Auth); err != nil || len(auth) != 16 {
		return Invalidf("keys", "keys.auth must be 16 bytes in base64url")
	}
	return nil
}

// decodeKey reads base64url, which some write with "=" at the end.
func decodeKey(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}
