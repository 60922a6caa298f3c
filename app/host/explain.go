//go:build !js

package host

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"hubbub/server/datadir"
)

// explainListen says why the address of a setting cannot be listened on.
func explainListen(setting, addr string, err error) error {
	var unknown *net.DNSError
	var bad *net.AddrError
	switch {
	case errors.Is(err, syscall.EADDRINUSE), strings.Contains(err.Error(), "Only one usage of each socket address"):
		return fmt.Errorf("the address %s is in use: stop the program that holds it, perhaps another Hubbub, "+
			"or choose another with %s", addr, setting)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("this user may not listen on %s: choose a port above 1023 with %s, "+
			"or let the program have this one (on Linux: setcap cap_net_bind_service=+ep and its path, as root)", addr, setting)
	case errors.As(err, &unknown), errors.As(err, &bad), errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%q is not an address of this machine: give %s as host:port, like localhost:8080", addr, setting)
	}
	return fmt.Errorf("cannot listen on %s: %w", addr, err)
}

func explainFolder(path string, err error) error {
	if errors.Is(err, datadir.ErrInUse) {
		return fmt.Errorf("another Hubbub is running on the data folder %s: stop it, or choose another folder with --data", path)
	}
	return fmt.Errorf("the data folder %s cannot be used (%w): let the user that runs Hubbub write there, "+
		"or choose another with --data", path, err)
}
