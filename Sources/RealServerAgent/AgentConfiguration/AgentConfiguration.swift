/// Placeholder.
package enum AgentConfiguration {}
