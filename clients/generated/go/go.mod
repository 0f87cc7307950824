module try

go 1.23

require github.com/posterr/posterr-go v0.0.0

replace github.com/posterr/posterr-go => ../made/go
