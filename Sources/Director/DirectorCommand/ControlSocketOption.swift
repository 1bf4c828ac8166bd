internal import ArgumentParser
internal import ControlSocket
internal import DirectorConfiguration
internal import Glibc

/// Which running director is asked.
struct ControlSocketOption: ParsableArguments {
    @OptionGroup var file: ConfigurationOption

    @Option(help: "The director's control socket; the configuration's if absent.")
    var socket: String?

    /// A client of the director.
    ///
    /// A file that is just being edited keeps nobody from the director that runs by the last one: it is asked where it
    /// listens by default. Not so where another file was named, which may be another director's.
    func client() throws -> ControlClient {
        if let socket { return ControlClient(path: socket) }
        do {
            return ControlClient(path: try file.load().controlSocket)
        } catch {
            let usual = DirectorConfiguration.defaultControlSocket
            guard file.config == DirectorConfiguration.defaultPath, access(usual, F_OK) == 0 else { throw error }
            StandardError.print("tandem-director: the file is refused; asking the director at \(usual)")
            return ControlClient(path: usual)
        }
    }
}
