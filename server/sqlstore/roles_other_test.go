//go:build !linux && !darwin

package sqlstore

func childRoles() map[string]func(*child, string) {
	return map[string]func(*child, string){rolePoster: postUntilKilled, rolePusher: pushUntilKilled, roleCareless: postCarelessly}
}
