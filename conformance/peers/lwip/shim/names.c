#include "names.h"

#include <errno.h>
#include <stddef.h>

static const struct {
    int number;
    const char *name;
} errors[] = {
    {0, "0"},                           {EAGAIN, "EAGAIN"},                 {EINPROGRESS, "EINPROGRESS"},
    {EALREADY, "EALREADY"},             {EISCONN, "EISCONN"},               {ENOTCONN, "ENOTCONN"},
    {ECONNREFUSED, "ECONNREFUSED"},     {ECONNRESET, "ECONNRESET"},         {ECONNABORTED, "ECONNABORTED"},
    {ETIMEDOUT, "ETIMEDOUT"},           {EHOSTUNREACH, "EHOSTUNREACH"},     {ENETUNREACH, "ENETUNREACH"},
    {EADDRINUSE, "EADDRINUSE"},         {EADDRNOTAVAIL, "EADDRNOTAVAIL"},   {EAFNOSUPPORT, "EAFNOSUPPORT"},
    {EBADF, "EBADF"},                   {EINVAL, "EINVAL"},                 {EMFILE, "EMFILE"},
    {ENFILE, "ENFILE"},                 {ENOBUFS, "ENOBUFS"},               {ENOMEM, "ENOMEM"},
    {EMSGSIZE, "EMSGSIZE"},             {ENOPROTOOPT, "ENOPROTOOPT"},       {EOPNOTSUPP, "EOPNOTSUPP"},
    {EPIPE, "EPIPE"},                   {EDESTADDRREQ, "EDESTADDRREQ"},     {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
    {EPROTOTYPE, "EPROTOTYPE"},         {ENOTSOCK, "ENOTSOCK"},             {EACCES, "EACCES"},
    {EIO, "EIO"},                       {ENETDOWN, "ENETDOWN"},             {EPROTO, "EPROTO"},
    {ENODEV, "ENODEV"},                 {-1, "EOTHER"},
};

enum { LAST = sizeof errors / sizeof errors[0] - 1 };

int error_place(int error)
{
    for (int i = 0; i < LAST; i++)
        if (errors[i].number == error)
            return i;
    return LAST;
}

const char *error_name(int error)
{
    return error == 0 ? "EOTHER" : errors[error_place(error)].name;
}

/* What the C library of a computer has, and newlib. */
static const struct {
    int ours, newlib;
} numbers[] = {
    {EPERM, 1}, {ENOENT, 2}, {EINTR, 4}, {EIO, 5}, {ENXIO, 6}, {EBADF, 9}, {EAGAIN, 11}, {ENOMEM, 12}, {EACCES, 13},
    {EFAULT, 14}, {EBUSY, 16}, {EEXIST, 17}, {ENODEV, 19}, {EINVAL, 22}, {ENFILE, 23}, {EMFILE, 24}, {ENOTTY, 25},
    {ENOSPC, 28}, {EPIPE, 32}, {ERANGE, 34}, {EPROTO, 71}, {ENOSYS, 88}, {ENAMETOOLONG, 91}, {EOPNOTSUPP, 95},
    {EPFNOSUPPORT, 96}, {ECONNRESET, 104}, {ENOBUFS, 105}, {EAFNOSUPPORT, 106}, {EPROTOTYPE, 107}, {ENOTSOCK, 108},
    {ENOPROTOOPT, 109}, {ESHUTDOWN, 110}, {ECONNREFUSED, 111}, {EADDRINUSE, 112}, {ECONNABORTED, 113},
    {ENETUNREACH, 114}, {ENETDOWN, 115}, {ETIMEDOUT, 116}, {EHOSTDOWN, 117}, {EHOSTUNREACH, 118}, {EINPROGRESS, 119},
    {EALREADY, 120}, {EDESTADDRREQ, 121}, {EMSGSIZE, 122}, {EPROTONOSUPPORT, 123}, {EADDRNOTAVAIL, 125},
    {ENETRESET, 126}, {EISCONN, 127}, {ENOTCONN, 128}, {ENOTSUP, 134}, {EILSEQ, 138}, {EOVERFLOW, 139},
    {ECANCELED, 140},
};

int error_number(int error)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].ours == error)
            return numbers[i].newlib;
    return error; /* none, or one without a name */
}
