// Make the replica set and one user for each service, who may use that service's database and no other.
// Can be run again at any time: passwords are set to those of today's .env.
const SERVICES = ["intake", "routing", "sla", "rating", "notify"];
const host = "mongo:27017";
const credentials = `root:${process.env.LIENTHONG_MONGO_ROOT_PASSWORD}`;
const admin = connect(`mongodb://${credentials}@${host}/admin?authSource=admin&directConnection=true`);

try {
  admin.runCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } });
} catch (error) {
  if (error.codeName !== "AlreadyInitialized") throw error;
}
while (!admin.hello().isWritablePrimary) sleep(200);

for (const service of SERVICES) {
  const database = admin.getSiblingDB(service);
  const pwd = process.env[`LIENTHONG_${service.toUpperCase()}_PASSWORD`];
  const roles = [{ role: "readWrite", db: service }];
  if (database.getUser(service)) database.updateUser(service, { pwd, roles });
  else database.createUser({ user: service, pwd, roles });
}
print("replica set rs0 is ready, with one user for each service");
