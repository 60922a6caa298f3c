package shared

// MaxCircle is how many people one direct conversation has at most, oneself
// included.
const MaxCircle = 9

// Circle is the people of a direct conversation. Who asks is always one of
// them; nobody else is a conversation with oneself.
type Circle struct {
	Users []UserID `json:"users"`
}

// Preview is an open room as somebody sees it who may join it.
type Preview struct {
	Room RoomState `json:"room"`
	Page Page      `json:"page"` // its newest events
}
