package shared

// FileID identifies an uploaded file for ever.
type FileID string

// File is what everybody knows of a file in a message. Its bytes are at
// /files/{id}/{name}. What has a Width is a picture that may be shown; Type
// says whether something else can be played.
type File struct {
	ID     FileID `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"` // a media type, by what is in it
	Size   int64  `json:"size"` // bytes
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Thumb  bool   `json:"thumb,omitempty"` // a smaller one is at the same address with ?thumb
}

// Picture reports whether f can be shown where it stands.
func (f File) Picture() bool { return f.Width > 0 && f.Height > 0 }

// Playable reports what can play f: "video", "audio", or "" for nothing. It is
// a short list of what browsers play, not all that they might.
func (f File) Playable() string {
	switch f.Type {
	case "video/mp4", "video/webm", "video/ogg", "video/quicktime":
		return "video"
	case "audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4", "audio/x-m4a":
		return "audio"
	}
	return ""
}
