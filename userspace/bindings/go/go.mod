// The host is a placeholder until the project has one. It is written here and
// in the imports of what uses the module, and nowhere else.
module example.org/pidmap

go 1.19
