/// Placeholder.
package enum ConfigurationSyntax {}
