// Package markup makes of what somebody typed what everybody sees: Markdown
// and mentions become HTML that does nothing but show. The server renders a
// message once and stores the result beside the text.
//
// There are two walls. The first is the writer: it knows a dozen elements,
// writes all text escaped, and parses no HTML at all, so that tags are shown
// as they were typed. The second is a sanitiser that allows only what the
// writer writes.
//
// Nothing here takes longer than a person notices, whatever is typed: what
// could grow faster than the text (nesting, emphasis, brackets, tables,
// colours of code) is capped, and beyond its cap it is text.
package markup
