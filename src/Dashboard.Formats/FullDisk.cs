namespace Dashboard.Formats;

/// <summary>Recognizes that a file could not be written because the disk, or what may be used of it, is full.</summary>
public static class FullDisk
{
    // errno of Linux, which .NET puts into HResult.
    private const int NoSpaceLeft = 28;
    private const int FileTooLarge = 27;
    private const int QuotaExceeded = 122;
    private const int Windows = unchecked((int)0x80070070);

    public static bool Caused(IOException failure) =>
        failure.HResult is NoSpaceLeft or FileTooLarge or QuotaExceeded or Windows;
}
