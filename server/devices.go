package server

import (
	"cmp"
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"strings"

	"hubbub/shared"
)

// selfPushTTL is how long somebody who tries waits at most, in seconds.
const selfPushTTL = 600

// trialEvent is the event of a push to oneself. Who tries wants to see it.
const trialEvent = "test"

// devices tells where the actor is notified, and what to subscribe with.
func (c *chat) devices(ctx context.Context, a actor, _ *shared.Nothing) (shared.OK, error) {
	all, err := c.store.Devices(ctx, a.user.ID)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoDevice)
	}
	answer := shared.Devices{Devices: make([]shared.Device, 0, len(all))}
	if c.notifier != nil {
		answer.Key = c.notifier.Key()
	}
	for _, d := range all {
		answer.Devices = append(answer.Devices, d.public(a))
	}
	return shared.OK{Devices: &answer}, nil
}

// public is what its owner is told of a device.
func (d Device) public(a actor) shared.Device {
	return shared.Device{ID: d.ID, Name: d.Name, Here: d.Session == a.session}
}

// device has the actor's browser notified. A session is one browser: what it
// was notified by before is forgotten. The same once more changes nothing, so
// that what is on its way arrives.
func (c *chat) device(ctx context.Context, a actor, n *shared.NewDevice) (shared.OK, error) {
	if c.notifier == nil {
		return shared.OK{}, shared.Errorf(shared.CodeUnknown, "this server notifies no devices")
	}
	if err := checkDevice(n); err != nil {
		return shared.OK{}, err
	}
	before, err := c.store.Devices(ctx, a.user.ID)
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoDevice)
	}
	d := Device{
		ID: shared.NewID(), Member: a.user.ID, Session: a.session, Name: a.device,
		Endpoint: n.Endpoint, P256dh: n.Keys.P256dh, Auth: n.Keys.Auth,
	}
	var replaced []string
	for _, old := range before {
		if old.Session != a.session {
			continue
		}
		if old.Endpoint == d.Endpoint && old.P256dh == d.P256dh && old.Auth == d.Auth {
			known := old.public(a)
			return shared.OK{Device: &known}, nil
		}
		replaced = append(replaced, old.ID)
	}
	if len(before)-len(replaced) >= shared.MaxDevices {
		return shared.OK{}, forbidden("you have %d devices that are notified: remove one of them first", shared.MaxDevices)
	}
	if err := c.replaceDevices(ctx, d, replaced); err != nil {
		return shared.OK{}, err
	}
	made := d.public(a)
	return shared.OK{Device: &made}, nil
}

func (c *chat) replaceDevices(ctx context.Context, d Device, old []string) error {
	ctx = context.WithoutCancel(ctx)
	if err := c.store.AddDevice(ctx, d, c.now()); err != nil {
		return c.tell(ctx, err, errSignIn) // not found: it has just signed out
	}
	for _, id := range old {
		if err := c.store.RemoveDevice(ctx, id); err != nil {
			return c.tell(ctx, err, errNoDevice)
		}
	}
	return nil
}

// checkDevice refuses keys that nothing could be encrypted with.
func checkDevice(n *shared.NewDevice) error {
	if err := n.Validate(); err != nil {
		return err
	}
	point, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(n.Keys.P256dh, "="))
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	if err != nil {
		return shared.Invalidf("keys", "keys.p256dh must be a public key of the curve P-256")
	}
	return nil
}

// forget ends that a device of the actor's is notified.
func (c *chat) forget(ctx context.Context, a actor, ref *shared.DeviceRef) (shared.OK, error) {
	d, err := c.deviceOf(ctx, a.user.ID, ref.ID)
	if err == nil {
		err = c.store.RemoveDevice(context.WithoutCancel(ctx), d.ID)
	}
	return shared.OK{}, c.tell(ctx, err, errNoDevice)
}

// forgetSiteDevices ends the devices of sessions that no store knows, and so
// none ends.
func (c *chat) forgetSiteDevices(ctx context.Context, member shared.UserID) error {
	all, err := c.store.Devices(ctx, member)
	for _, d := range all {
		if err == nil && strings.HasPrefix(d.Session, SiteSession) {
			err = c.store.RemoveDevice(ctx, d.ID)
		}
	}
	return c.tell(ctx, err, errNoDevice)
}

// deviceOf returns a device of a member's, or ErrNotFound.
func (c *chat) deviceOf(ctx context.Context, member shared.UserID, id string) (Device, error) {
	all, err := c.store.Devices(ctx, member)
	for _, d := range all {
		if d.ID == id {
			return d, nil
		}
	}
	return Device{}, cmp.Or(err, ErrNotFound)
}

// notify pushes to the actor, on the way that all pushes go: its receipts say
// where it got to, and why not.
func (c *chat) notify(ctx context.Context, a actor, n *shared.SelfPush) (shared.OK, error) {
	if err := c.limits.self.allow(string(a.user.ID)); err != nil {
		return shared.OK{}, err
	}
	name, err := c.serverName(ctx)
	if err != nil {
		return shared.OK{}, err
	}
	ttl := int64(selfPushTTL)
	answer, err := c.sendPush(ctx, string(a.user.ID), shared.NewPush{
		UserID: a.user.ID, Event: trialEvent, Title: name, Message: cmp.Or(n.Message, "Notifications arrive here."), TTL: &ttl, Collapse: "test",
	})
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{Push: &answer}, nil
}

func errNoDevice() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no such device of yours")
}
