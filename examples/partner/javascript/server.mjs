// The graph of a partner unit that joins the hub's: the courses of a school on its unit's page.
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const typeDefs = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

  "A unit of the hub's, with what the school knows of it."
  type PartnerUnit @key(fields: "id") {
    id: ID!
    "Courses that anybody may join."
    school_courses: [School_Course!]
  }
  "A course."
  type School_Course {
    title: String!
    seatsLeft: Int!
  }
  type Query {
    "The school's name, and who asks: their part, as the hub vouches for it."
    school_hello: String
  }
`;
const courses = [{ title: '书法入门 Calligraphy', seatsLeft: 12 }, { title: '智能手机 Smartphones', seatsLeft: 3 }];
const resolvers = {
  PartnerUnit: { school_courses: unit => (unit.id === process.env.UNIT ? courses : []) },
  Query: { school_hello: (_, __, { role }) => `铁路学校 Railway School: ${role}` },
};

// What follows is the same for every unit.
const hub = process.env.HUB ?? 'http://127.0.0.1:8080';
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', hub));
const federation = `
  scalar _Any  union _Entity = PartnerUnit  type _Service { sdl: String! }
  extend type Query { _service: _Service!  _entities(representations: [_Any!]!): [_Entity]! }
  directive @key(fields: String!) repeatable on OBJECT  directive @link(url: String!, import: [String]) on SCHEMA`;
const schema = createSchema({
  typeDefs: [typeDefs.replace(/extend schema.*/, ''), federation],
  resolvers: [resolvers, {
    _Entity: { __resolveType: it => it.__typename },
    Query: { _service: () => ({ sdl: typeDefs }), _entities: (_, { representations }) => representations },
  }],
});
const context = async ({ request }) => {
  const token = request.headers.get('authorization')?.replace('Bearer ', '');
  const known = token && (await jwtVerify(token, keys, { audience: 'school', algorithms: ['EdDSA'] }));
  return { role: known?.payload.role ?? 'nobody' };
};
createServer(createYoga({ schema, context })).listen(process.env.PORT ?? 4002, '127.0.0.1', function () {
  console.log(`http://127.0.0.1:${this.address().port}/graphql`);
});
