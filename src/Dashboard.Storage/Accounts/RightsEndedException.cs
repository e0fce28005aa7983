namespace Dashboard.Storage.Accounts;

/// <summary>Somebody's rights were taken away after their page was opened or their request was let in.</summary>
public sealed class RightsEndedException() : Exception("Your rights have changed. Sign in again.");
