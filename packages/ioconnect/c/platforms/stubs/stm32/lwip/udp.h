/* Declarations that the layer uses, from public documentation: compiled against, never run. */
#pragma once
#include <lwip/arch.h>
struct pbuf;
struct udp_pcb;
typedef enum { PBUF_TRANSPORT } pbuf_layer;
typedef enum { PBUF_RAM } pbuf_type;
struct pbuf *pbuf_alloc(pbuf_layer layer, u16_t length, pbuf_type type);
u8_t pbuf_free(struct pbuf *packet);
err_t pbuf_take(struct pbuf *packet, const void *bytes, u16_t length);
u16_t pbuf_copy_partial(const struct pbuf *packet, void *bytes, u16_t length, u16_t offset);
typedef void (*udp_recv_fn)(void *context, struct udp_pcb *udp, struct pbuf *packet, const ip_addr_t *address, u16_t port);
struct udp_pcb *udp_new(void);
void udp_recv(struct udp_pcb *udp, udp_recv_fn received, void *context);
err_t udp_sendto(struct udp_pcb *udp, struct pbuf *packet, const ip_addr_t *address, u16_t port);
