package sqlstore

import (
	"context"
	"fmt"

	"hubbub/server"
	"hubbub/shared"
)

// NoteReceipts implements server.PushStore.
func (s *Store) NoteReceipts(ctx context.Context, receipts []server.PushReceipt) (opened []string, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		opened = nil
		for _, r := range receipts {
			news, err := t.noteReceipt(r)
			if err != nil {
				return err
			}
			if news {
				opened = append(opened, r.Push)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("receipts: %w", err)
	}
	return opened, nil
}

// noteReceipt reports whether the push became opened.
func (t *tx) noteReceipt(r server.PushReceipt) (opened bool, err error) {
	if r.Opened > 0 {
		err := exists(t.row(`SELECT 1 FROM receipts WHERE push = $1 AND opened > 0`, r.Push))
		if err != nil && !isNotFound(err) {
			return false, err
		}
		opened = isNotFound(err)
	}
	n, err := t.changed(mergeReceipt, r.To, r.Kind, r.Device, r.Accepted, r.Delivered, r.Opened, r.Failed, r.Push, r.Recipient)
	return opened && n > 0, err
}

// mergeReceipt adds what is new to what is known. All times are times of one
// clock, so that the earlier of two is right; 0 is none.
const mergeReceipt = `
	INSERT INTO receipts (push, target, kind, device, accepted, delivered, opened, failed)
	SELECT id, $1, $2, $3, $4, $5, $6, $7 FROM pushes WHERE id = $8 AND recipient = $9
	ON CONFLICT (push, target) DO UPDATE SET
		kind = CASE WHEN excluded.kind = 'device' THEN excluded.kind ELSE receipts.kind END,
		device = CASE WHEN excluded.device <> '' AND (excluded.kind = 'device' OR receipts.device = '') THEN excluded.device ELSE receipts.device END,
		accepted = CASE WHEN receipts.accepted = 0 OR excluded.accepted > 0 AND excluded.accepted < receipts.accepted
			THEN excluded.accepted ELSE receipts.accepted END,
		delivered = CASE WHEN receipts.delivered = 0 OR excluded.delivered > 0 AND excluded.delivered < receipts.delivered
			THEN excluded.delivered ELSE receipts.delivered END,
		opened = CASE WHEN receipts.opened = 0 OR excluded.opened > 0 AND excluded.opened < receipts.opened
			THEN excluded.opened ELSE receipts.opened END,
		failed = CASE
			WHEN receipts.accepted + receipts.delivered + receipts.opened + excluded.accepted + excluded.delivered + excluded.opened > 0
			THEN '' ELSE excluded.failed END`

// PushStatus implements server.PushStore.
func (s *Store) PushStatus(ctx context.Context, sender, key string) (shared.PushStatus, error) {
	st := shared.PushStatus{ID: key}
	var id string
	err := s.reader.row(ctx, `
		SELECT id, recipient, event, at, expires, cleared FROM pushes WHERE sender = $1 AND key = $2`, sender, key).
		Scan(&id, &st.UserID, &st.Event, &st.At, &st.Expires, &st.Cleared)
	if err != nil {
		return shared.PushStatus{}, fmt.Errorf("push %q: %w", key, noRows(err))
	}
	rows, err := s.reader.query(ctx, `
		SELECT target, kind, device, accepted, delivered, opened, failed FROM receipts WHERE push = $1
		ORDER BY accepted, target`, id)
	st.Receipts, err = collect(rows, err, func(row scanner) (r shared.Receipt, err error) {
		err = row.Scan(&r.To, &r.Kind, &r.Device, &r.Accepted, &r.Delivered, &r.Opened, &r.Failed)
		return r, err
	})
	return st, err
}
