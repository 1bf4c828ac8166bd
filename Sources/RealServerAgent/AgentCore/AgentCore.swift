/// Placeholder.
package enum AgentCore {}
