import Glibc

/// What a run on an emulated processor may need, as `Tests/run` says it; nothing of it applies to `Tests/run --long`.
///
/// Two repetitions cannot carry a median where one stall of the emulator takes a hundred milliseconds. The figures are
/// printed as they are; what is judged is the bound times the allowance, and the printed bound is the judged one.
enum Emulation {
    /// By how much a bound in milliseconds is multiplied (`TANDEM_LAB_ALLOWANCE`).
    static let allowance = setting("TANDEM_LAB_ALLOWANCE") ?? 1

    /// By how much a bound of a median is multiplied (`TANDEM_LAB_MEDIAN_ALLOWANCE`): the first run pays for code that
    /// the emulator has never translated, and one or two runs have no middle.
    static let medianAllowance = setting("TANDEM_LAB_MEDIAN_ALLOWANCE") ?? allowance

    /// How often a scenario may be played until it passes (`TANDEM_LAB_TRIES`).
    static let tries = Int(setting("TANDEM_LAB_TRIES") ?? 1)

    private static func setting(_ name: String) -> Double? {
        getenv(name).flatMap { Double(String(cString: $0)) }.map { max(1, $0) }
    }
}
