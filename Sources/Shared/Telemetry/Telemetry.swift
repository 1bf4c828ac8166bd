/// Placeholder.
package enum Telemetry {}
