/// Placeholder.
package enum AgentHost {}
