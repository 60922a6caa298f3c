package sqlstore

func runChild() bool { return false }
