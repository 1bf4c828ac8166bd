import Glibc

/// What `errno` says, in words.
func systemError(_ code: Int32 = errno) -> String {
    String(cString: strerror(code))
}
