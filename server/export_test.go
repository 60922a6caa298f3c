package server

// Patterns are the routes, as the mux knows them.
func (s *Server) Patterns() []string { return s.patterns }

// Answers are the fields that commands answer with.
func Answers() map[string]string { return answers() }

// Verbs are the names of all commands.
func Verbs() (names []string) {
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}
