/// Placeholder.
package enum ServiceManager {}
