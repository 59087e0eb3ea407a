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
