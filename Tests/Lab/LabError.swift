/// Something the lab itself could not do, as against a check that failed.
struct LabError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
