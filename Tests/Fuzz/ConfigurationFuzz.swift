import AgentConfiguration
import ConfigurationSyntax
import DirectorConfiguration
import DirectorCore

/// libFuzzer's entry: any octets are a configuration of either program or are refused with a text, and never trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let source = Source(name: "fuzz", bytes: Array(UnsafeBufferPointer(start: start, count: count)))
    do {
        let configuration = try DirectorConfiguration.parse(source)
        // Whatever is accepted has a name that the peer can compare.
        precondition(configuration.digest.utf8.count == 16)
        precondition(!configuration.election.routers.isEmpty)
    } catch {
        precondition(!error.diagnostics.isEmpty)
        precondition(!"\(error)".isEmpty)
    }
    do {
        _ = try AgentConfiguration.parse(source)
    } catch {
        precondition(!error.diagnostics.isEmpty)
        precondition(!"\(error)".isEmpty)
    }
    return 0
}
