package server

import (
	"encoding/json"
	"regexp"
	"strings"

	"hubbub/shared"
)

// payload is what Slack's and Mattermost's incoming webhooks take, as far as it
// says something. Who speaks is the webhook's own business: username and the
// like are ignored.
type payload struct {
	Text        slackText    `json:"text"`
	Blocks      []slackBlock `json:"blocks"`
	Attachments []attachment `json:"attachments"`
}

// attachment is the older way to say more than a text.
type attachment struct {
	Fallback  slackText    `json:"fallback"`
	Pretext   slackText    `json:"pretext"`
	Author    slackText    `json:"author_name"`
	Title     slackText    `json:"title"`
	TitleLink slackText    `json:"title_link"`
	Text      slackText    `json:"text"`
	Image     slackText    `json:"image_url"`
	Footer    slackText    `json:"footer"`
	Fields    []slackField `json:"fields"`
	Blocks    []slackBlock `json:"blocks"`
}

type slackField struct {
	Title slackText `json:"title"`
	Value slackText `json:"value"`
}

// slackBlock is a block of Slack's Block Kit, or an element in one.
type slackBlock struct {
	Type     string       `json:"type"`
	Text     slackText    `json:"text"`
	Title    slackText    `json:"title"`
	Alt      slackText    `json:"alt_text"`
	URL      slackText    `json:"url"`
	User     slackText    `json:"user_id"`
	Name     slackText    `json:"name"`
	Range    slackText    `json:"range"`
	Image    slackText    `json:"image_url"`
	Fields   []slackText  `json:"fields"`
	Elements []slackBlock `json:"elements"`
}

// slackText is a text, or an object that has one. Numbers are taken as they are
// written: programs fill values in.
type slackText string

func (s *slackText) UnmarshalJSON(b []byte) error {
	var text string
	var object struct {
		Text any `json:"text"`
	}
	switch {
	case len(b) == 0 || string(b) == "null":
	case b[0] == '"':
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	case b[0] == '{':
		if err := json.Unmarshal(b, &object); err != nil {
			return err
		}
		text, _ = object.Text.(string)
	case b[0] != '[':
		text = string(b)
	}
	*s = slackText(text)
	return nil
}

// parsePayload reads a JSON body.
func parsePayload(body []byte) (hookMessage, error) {
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return hookMessage{}, shared.Errorf(shared.CodeMalformed, `the body is not the JSON of a message, like {"text":"…"}: %v`, err)
	}
	text, err := textOf("the text", []byte(p.say()))
	return hookMessage{text: text}, err
}

// say is the payload in words. The text is what blocks say, for those who
// cannot show them.
func (p payload) say() string {
	said := sayBlocks(p.Blocks)
	if said == "" {
		said = p.Text.plain()
	}
	for _, a := range p.Attachments {
		said = joinLines(said, a.say())
	}
	return said
}

func (a attachment) say() string {
	title := a.Title.plain()
	if link := a.TitleLink.plain(); link != "" && title != "" {
		title += " (" + link + ")"
	}
	lines := []string{a.Pretext.plain(), a.Author.plain(), title, a.Text.plain()}
	for _, f := range a.Fields {
		name, value := f.Title.plain(), f.Value.plain()
		if name != "" && value != "" {
			name += ": "
		}
		lines = append(lines, name+value)
	}
	said := joinLines(append(lines, a.Image.plain(), sayBlocks(a.Blocks), a.Footer.plain())...)
	if said == "" {
		return a.Fallback.plain()
	}
	return said
}

func sayBlocks(blocks []slackBlock) string {
	var lines []string
	for _, b := range blocks {
		lines = append(lines, b.say())
	}
	return joinLines(lines...)
}

// say is one block in words: what is in a line of its own on Slack is one here.
func (b slackBlock) say() string {
	switch b.Type {
	case "rich_text", "rich_text_list":
		return sayBlocks(b.Elements)
	case "rich_text_section", "rich_text_quote", "rich_text_preformatted":
		return b.inline("")
	case "context":
		return b.inline(" ")
	case "image", "video":
		return joinLines(b.Title.plain(), b.Alt.plain(), b.Image.plain())
	}
	lines := []string{b.Text.plain()}
	for _, f := range b.Fields {
		lines = append(lines, f.plain())
	}
	return joinLines(lines...)
}

// inline is a block's elements in one line.
func (b slackBlock) inline(between string) string {
	var parts []string
	for _, e := range b.Elements {
		if word := e.word(); word != "" {
			parts = append(parts, word)
		}
	}
	return strings.Join(parts, between)
}

// word is an element of a line.
func (b slackBlock) word() string {
	switch b.Type {
	case "text":
		return string(b.Text) // without Slack's marks
	case "link":
		return labelled(string(b.Text), string(b.URL))
	case "user":
		return "@" + string(b.User)
	case "broadcast":
		return "@" + string(b.Range)
	case "emoji":
		return ":" + string(b.Name) + ":"
	case "image":
		return b.Alt.plain()
	}
	return b.Text.plain()
}

// slackMark is what Slack writes between < and >: a link, or somebody's name.
var slackMark = regexp.MustCompile(`<((?:[a-z][a-z0-9+.-]*:|[@#!])[^<>|]*)(?:\|([^<>]*))?>`)

// plain is a text without Slack's marks.
func (s slackText) plain() string {
	text := string(s)
	if !strings.ContainsAny(text, "<&") {
		return text
	}
	var out strings.Builder
	at := 0
	for _, m := range slackMark.FindAllStringSubmatchIndex(text, -1) {
		label := ""
		if m[4] >= 0 {
			label = text[m[4]:m[5]]
		}
		out.WriteString(unescapeSlack(text[at:m[0]]))
		out.WriteString(unescapeSlack(sayMark(text[m[2]:m[3]], label)))
		at = m[1]
	}
	out.WriteString(unescapeSlack(text[at:]))
	return out.String()
}

// sayMark is what stands between < and > in words.
func sayMark(target, label string) string {
	switch target[0] {
	case '@', '#':
		if label != "" {
			return target[:1] + strings.TrimLeft(label, "@#")
		}
		return target
	case '!':
		name, _, _ := strings.Cut(target[1:], "^")
		switch {
		case name == "date" || strings.HasPrefix(label, "@"):
			return label
		case label != "":
			return "@" + label
		case name == "subteam":
			_, id, _ := strings.Cut(target, "^")
			return "@" + id
		}
		return "@" + name
	}
	return labelled(label, target)
}

// labelled is a link in words.
func labelled(label, address string) string {
	scheme, bare, _ := strings.Cut(address, ":")
	bare = strings.Trim(bare, "/")
	switch {
	case label == "" || label == address || strings.Trim(label, "/") == bare:
		if scheme == "mailto" || scheme == "tel" {
			return bare
		}
		return address
	}
	return label + " (" + address + ")"
}

func unescapeSlack(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
