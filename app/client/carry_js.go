package client

import (
	"encoding/json"
	"syscall/js"

	"hubbub/shared"
)

// browserCarrier is a Carrier that has web/script/files.js do it: the bytes
// never come here.
type browserCarrier struct{ files js.Value }

// BrowserCarrier returns this page's Carrier.
func BrowserCarrier() Carrier { return browserCarrier{js.Global().Get("hubbubFiles")} }

// Carry implements Carrier.
func (b browserCarrier) Carry(room shared.RoomID, files []shared.FileID, done func([]shared.FileID, error)) {
	var answer js.Func
	answer = js.FuncOf(func(_ js.Value, args []js.Value) any {
		answer.Release()
		var ids []shared.FileID
		var err error
		if args[0].Truthy() {
			for i := range args[0].Length() {
				ids = append(ids, shared.FileID(args[0].Index(i).String()))
			}
		} else {
			said := new(shared.Error)
			err = said
			if json.Unmarshal([]byte(args[1].String()), said) != nil {
				err = shared.AsError(nil)
			}
		}
		go done(ids, err)
		return nil
	})
	b.files.Call("carry", string(room), Keys(files), answer)
}

// Forget implements Carrier.
func (b browserCarrier) Forget(files []shared.FileID, posted bool) {
	b.files.Call("forget", Keys(files), posted)
}
