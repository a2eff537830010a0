/* credential.h: verifiable credentials as JWT (VC-JOSE-COSE for 2.0; the data model's section 6.3.1 for 1.1).
 * A device holds a credential as the text that it got; here it is verified, and presented. */
#ifndef IOC_CREDENTIAL_H
#define IOC_CREDENTIAL_H

#include <ioconnect/jws.h>
#include <ioconnect/platform.h>

/* A credential whose proof holds. All of it lies in the scratch. */
typedef struct {
    /* The credential as JSON. */
    ioc_slice_t credential;
    ioc_slice_t issuer;
    /* Whom it is about; null bytes where it does not say. */
    ioc_slice_t subject;
    /* The issuer's key. */
    ioc_slice_t kid;
} ioc_credential_t;

/* Verifies a credential at the platform's time. Returns IOC_ERR_CLOCK before the time is known, and
 * IOC_ERR_CREDENTIAL_STATUS, with all of `credential` filled in, where it holds but has a status list, which
 * only a network can ask. */
ioc_status_t ioc_credential_verify(ioc_slice_t jwt, const ioc_resolver_t *resolver,
                                   const ioc_platform_t *platform, uint8_t *scratch, size_t scratch_length,
                                   ioc_credential_t *credential);

/* Writes a presentation of credentials, each a JWT, by the DID of `holder`, bound to what the verifier asked.
 */
ioc_status_t ioc_present(ioc_writer_t *writer, const ioc_signer_t *holder, const ioc_platform_t *platform,
                         const ioc_slice_t *credentials, size_t count, ioc_slice_t challenge,
                         ioc_slice_t domain);

/* Reads a date and time of RFC 3339 as seconds since the epoch, fractions cut. */
ioc_status_t ioc_read_time(ioc_slice_t text, uint64_t *seconds);

#endif
