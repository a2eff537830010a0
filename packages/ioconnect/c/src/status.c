#include <ioconnect/status.h>

const char *ioc_status_name(ioc_status_t status) {
    switch (status) {
    case IOC_OK: return "IOC_OK";
#define IOC_STATUS_NAME(name, value, cause)                                                                  \
    case name: return #name;
        IOC_STATUSES(IOC_STATUS_NAME)
    }
    return "IOC_ERR_UNKNOWN";
}

const char *ioc_status_cause(ioc_status_t status) {
    switch (status) {
    case IOC_OK: return "done";
#define IOC_STATUS_CAUSE(name, value, cause)                                                                 \
    case name: return cause;
        IOC_STATUSES(IOC_STATUS_CAUSE)
    }
    return "no status of ioConnect";
}
