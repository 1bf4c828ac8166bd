/// Placeholder.
package enum VRRP {}
