package sqlstore

func childRoles() map[string]func(*child, string) {
	return map[string]func(*child, string){
		rolePoster: postUntilKilled, roleSqueezed: writeWhereNothingFits,
		roleRelaxed: postWithoutSync, roleUnsynced: writeWhereNothingIsKept,
	}
}
