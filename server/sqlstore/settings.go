package sqlstore

import (
	"context"
	"fmt"
)

// The names in the settings table.
const (
	settingEpoch  = "epoch"
	settingServer = "server"
	settingFirst  = "first_room"
)

const selectSetting = `SELECT value FROM settings WHERE name = $1`

// setting returns a setting, or server.ErrNotFound.
func (s *Store) setting(ctx context.Context, name string) (string, error) {
	var value string
	if err := s.reader.row(ctx, selectSetting, name).Scan(&value); err != nil {
		return "", fmt.Errorf("setting %q: %w", name, noRows(err))
	}
	return value, nil
}
