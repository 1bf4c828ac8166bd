/// Placeholder.
package enum DirectorConfiguration {}
