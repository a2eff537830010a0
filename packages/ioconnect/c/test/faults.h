/* faults.h: included before every source of the core by the test build. Each call of PSA may be the one that
 * fails. */
#ifndef IOC_TEST_FAULTS_H
#define IOC_TEST_FAULTS_H

#include <psa/crypto.h>
#include <stdbool.h>

/* Whether the call that is about to happen fails. */
bool test_fault(void);

#ifdef IOC_COVERAGE
/* Without a branch, which would count as one of the core's. */
psa_status_t test_fail();
#define IOC_FAULTY(function, ...) \
    ((__typeof__(&function)[]){function, (__typeof__(&function))test_fail})[test_fault()](__VA_ARGS__)
#else
#define IOC_FAULTY(function, ...) (test_fault() ? PSA_ERROR_HARDWARE_FAILURE : function(__VA_ARGS__))
#endif
#define psa_import_key(...) IOC_FAULTY(psa_import_key, __VA_ARGS__)
#define psa_export_public_key(...) IOC_FAULTY(psa_export_public_key, __VA_ARGS__)
#define psa_get_key_attributes(...) IOC_FAULTY(psa_get_key_attributes, __VA_ARGS__)
#define psa_generate_random(...) IOC_FAULTY(psa_generate_random, __VA_ARGS__)
#define psa_sign_hash(...) IOC_FAULTY(psa_sign_hash, __VA_ARGS__)
#define psa_sign_message(...) IOC_FAULTY(psa_sign_message, __VA_ARGS__)
#define psa_verify_message(...) IOC_FAULTY(psa_verify_message, __VA_ARGS__)
#define psa_hash_compute(...) IOC_FAULTY(psa_hash_compute, __VA_ARGS__)
#define psa_hash_setup(...) IOC_FAULTY(psa_hash_setup, __VA_ARGS__)
#define psa_hash_update(...) IOC_FAULTY(psa_hash_update, __VA_ARGS__)
#define psa_hash_finish(...) IOC_FAULTY(psa_hash_finish, __VA_ARGS__)
#define psa_mac_sign_setup(...) IOC_FAULTY(psa_mac_sign_setup, __VA_ARGS__)
#define psa_mac_verify_setup(...) IOC_FAULTY(psa_mac_verify_setup, __VA_ARGS__)
#define psa_mac_update(...) IOC_FAULTY(psa_mac_update, __VA_ARGS__)
#define psa_mac_sign_finish(...) IOC_FAULTY(psa_mac_sign_finish, __VA_ARGS__)
#define psa_mac_verify_finish(...) IOC_FAULTY(psa_mac_verify_finish, __VA_ARGS__)
#define psa_cipher_encrypt(...) IOC_FAULTY(psa_cipher_encrypt, __VA_ARGS__)
#define psa_cipher_decrypt(...) IOC_FAULTY(psa_cipher_decrypt, __VA_ARGS__)
#define psa_cipher_encrypt_setup(...) IOC_FAULTY(psa_cipher_encrypt_setup, __VA_ARGS__)
#define psa_cipher_decrypt_setup(...) IOC_FAULTY(psa_cipher_decrypt_setup, __VA_ARGS__)
#define psa_cipher_set_iv(...) IOC_FAULTY(psa_cipher_set_iv, __VA_ARGS__)
#define psa_cipher_update(...) IOC_FAULTY(psa_cipher_update, __VA_ARGS__)
#define psa_cipher_finish(...) IOC_FAULTY(psa_cipher_finish, __VA_ARGS__)
#define psa_aead_encrypt(...) IOC_FAULTY(psa_aead_encrypt, __VA_ARGS__)
#define psa_aead_decrypt(...) IOC_FAULTY(psa_aead_decrypt, __VA_ARGS__)
#define psa_raw_key_agreement(...) IOC_FAULTY(psa_raw_key_agreement, __VA_ARGS__)

#endif
