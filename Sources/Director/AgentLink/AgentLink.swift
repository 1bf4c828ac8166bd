/// Placeholder.
package enum AgentLink {}
