/// Placeholder.
package enum AgentProtocol {}
