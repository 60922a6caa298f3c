//go:build !js

package host

import (
	"fmt"
	"strings"

	"hubbub/server/datadir"
	"hubbub/server/webpush"
)

// pushKey is the file with what the server signs notifications with. Devices
// subscribed with it: without it none of them can be reached any more.
const pushKey = "push-key"

// newNotifier reaches people's devices with the folder's key, which is made at
// the first start.
func newNotifier(s settings, dir *datadir.Dir) (*webpush.Notifier, error) {
	key, err := dir.Keep(pushKey, webpush.NewKey)
	if err != nil {
		return nil, explainFolder(s.data, err)
	}
	var o webpush.Options
	if strings.HasPrefix(s.url, "https://") {
		o.Contact = s.url
	}
	n, err := webpush.New(key, o)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): bring it back from a backup, or remove it, "+
			"and everybody turns notifications on anew", dir.Path(pushKey), err)
	}
	return n, nil
}
