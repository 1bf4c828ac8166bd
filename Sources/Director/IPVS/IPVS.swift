/// Placeholder.
package enum IPVS {}
