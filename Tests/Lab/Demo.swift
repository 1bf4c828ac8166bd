/// The story for a person.
enum Demo {
    static func play() throws -> Bool { false }
}
